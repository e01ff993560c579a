User.where("name = ?", params[:name])
User.where(name: params[:name])
