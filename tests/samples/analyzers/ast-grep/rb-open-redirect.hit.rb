redirect_to params[:next]
